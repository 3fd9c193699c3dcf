"""The application: the only package that touches network, disk, clock and terminal."""
