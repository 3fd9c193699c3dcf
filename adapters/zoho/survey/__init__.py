"""The first day: what an organisation says about itself, for `init` and `check`.

`company` asks who it is, `modules` which modules there are and what is in them, `fields` turns Zoho's metadata into
descriptions, `filling` looks at how well the fields are filled.
"""

from adapters.zoho.survey.modules import inspect, survey

__all__ = ["inspect", "survey"]
