// Unpacks into TMPDIR, which is where the package looks, and prints the path.
import chromium from "@sparticuz/chromium";

console.log(await chromium.executablePath());
