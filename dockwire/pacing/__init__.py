"""Never planning a call that Amazon would refuse: shared buckets, documented budgets."""

from dockwire.pacing.budgets import BUDGETS, Budget
from dockwire.pacing.memory import MemoryQuotaStore
from dockwire.pacing.pacer import Pacer

__all__ = ["BUDGETS", "Budget", "MemoryQuotaStore", "Pacer"]
