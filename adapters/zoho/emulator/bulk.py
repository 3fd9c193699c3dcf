"""Everything for many records at once: bulk read, upload, bulk write."""

from __future__ import annotations

from adapters.zoho.emulator.bulk_jobs import Jobs
from adapters.zoho.emulator.bulk_read import BulkRead
from adapters.zoho.emulator.bulk_upload import Files, Upload
from adapters.zoho.emulator.bulk_write import BulkWrite
from adapters.zoho.emulator.calls import Endpoint
from adapters.zoho.emulator.state import State


def endpoints(state: State, *, job_seconds: float = 0.0) -> tuple[Endpoint, ...]:
    """Their routes.

    Args:
        state: The org.
        job_seconds: How long a job takes by the stand-in's clock; with 0 it goes on with each question about it.
    """
    jobs, files = Jobs(state, seconds=job_seconds), Files(state)
    parts = (BulkRead(state, jobs), Upload(state, files), BulkWrite(state, jobs, files))
    return tuple(endpoint for part in parts for endpoint in part.endpoints())
