"""The demo: a sample company through the whole loop, into a folder that a person may keep and edit.

``folder`` fills the folder with what is not there yet, ``settings`` writes its settings file, ``goals`` its targets;
``loop`` runs everything over it and ends with a report.
"""

from connector.demo.loop import DemoReport, DemoValue, demo

__all__ = ["DemoReport", "DemoValue", "demo"]
