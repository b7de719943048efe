"""What the views of training hang on."""

from flask import Blueprint

blueprint = Blueprint("training", __name__)
