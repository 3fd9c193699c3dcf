"""Values -> changes: what the CRM should show, less what it was last acknowledged to show.

Planning looks at the store only, and writes nothing but the plan itself: a plan can be read, argued about and thrown
away. It is the same plan, under the same id, for as long as nothing that it rests on changes.
"""

from connector.plan.difference import difference, same
from connector.plan.planning import PlanReport, plan

__all__ = ["PlanReport", "difference", "plan", "same"]
