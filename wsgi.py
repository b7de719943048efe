"""What the web server and ``flask --app wsgi`` load."""

import sys

from portal.app import create_app
from portal.config import WrongSetting
from portal.kernel.private_files import only_for_the_owner

only_for_the_owner()
try:
    app = create_app()
except WrongSetting as wrong:
    sys.exit(str(wrong))
