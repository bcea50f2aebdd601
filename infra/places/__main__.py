"""`python -m infra.places FOLDER` makes the map out of the archives in FOLDER."""

from infra.places.build import main

main()
