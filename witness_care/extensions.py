"""The parts of Flask that the whole service shares, one of each."""

from pathlib import Path

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from witness_care.database import Base

db = SQLAlchemy(model_class=Base)
migrate = Migrate(directory=str(Path(__file__).parent.parent / "migrations"))
csrf = CSRFProtect()
