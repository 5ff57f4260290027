from django import forms


class DayInput(forms.DateInput):
    """A day as browsers ask for it. They show one only when it is written 2026-03-02, whatever the language."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")
