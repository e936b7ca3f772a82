"""The form of the sign-in page."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length


class SignInForm(FlaskForm):
    """Pasting and password managers are welcome; nothing has to be solved."""

    sign_in_name = StringField(
        "E-mail address", validators=[InputRequired("Enter your e-mail address"), Length(max=254)]
    )
    password = PasswordField("Password", validators=[InputRequired("Enter your password"), Length(max=500)])
    next = HiddenField()
