"""The settings: their declaration in `groups`, reading in `read`, rules in `checks`."""
