"""The same work on a Dask cluster: `pip install 'exim-lang[dask]'`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, cast

from exim_lang.errors import UsageError
from exim_lang.replay.work import Chunk, work

if TYPE_CHECKING:
    from exim_lang.replay.engines import Promise
    from exim_lang.replay.spec import Spec

PATIENCE = 30
"""Seconds within which a scheduler has to answer."""


class Cluster:
    """Workers of a Dask cluster: of the one that a scheduler has, or of one made here with `jobs` processes."""

    def __init__(self, spec: Spec, jobs: int, scheduler: str = "") -> None:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError as error:
            raise UsageError(f"--engine dask needs Dask: pip install 'exim-lang[dask]' ({error})") from error
        self.spec = spec
        self.lost: tuple[type[BaseException], ...] = (distributed.KilledWorker,)
        self.local: Any = None
        if not scheduler:
            self.local = distributed.LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
        try:
            self.client = distributed.Client(self.local or scheduler, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            raise UsageError(f"the scheduler {scheduler} does not answer: {error}") from error
        threads = sum(self.client.nthreads().values())
        if not threads and not self.local:
            self.client.close()
            raise UsageError(f"the cluster of {scheduler} has no workers")
        self.ahead = 2 * max(threads, jobs)

    def submit(self, chunk: Chunk) -> Promise:
        promise = self.client.submit(work, self.spec, chunk.number, chunk.items, pure=False)
        return cast("Promise", promise)

    def renew(self) -> None:
        """Dask starts its processes again by itself."""

    def close(self) -> None:
        self.client.close()
        if self.local is not None:
            self.local.close()
