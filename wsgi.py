"""What the web server and ``flask --app wsgi`` load."""

import sys

from portal.app import create_app
from portal.config import WrongSetting

try:
    app = create_app()
except WrongSetting as wrong:
    sys.exit(str(wrong))
