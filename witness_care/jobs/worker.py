"""The worker: one process that keeps the clock, with others standing by to take over when it dies."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from witness_care import clock, database
from witness_care.accounts.current import SYSTEM, acting_as
from witness_care.faultpoints import LEAD_TAKEN, Work, faultpoint
from witness_care.jobs import heartbeats
from witness_care.jobs.leader import LeaderLock, leader_lock
from witness_care.jobs.regular import JOBS, Job
from witness_care.structured_log import describe, log

WATCH_SECONDS = 2.0

# Late is better than never, one run for many missed, never two of one job at a time (libraries.md section 4).
JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


class Worker:
    """Runs the jobs while it holds the lock; otherwise it waits for it."""

    def __init__(self, app: Flask, jobs: Iterable[Job] = JOBS, lock: LeaderLock | None = None) -> None:
        self.app = app
        self.jobs = tuple(jobs)
        self.lock = lock or leader_lock(app)
        self.stopping = threading.Event()
        self._scheduler: BackgroundScheduler | None = None

    def run(self) -> None:
        """Lead whenever the lock is free, until `stop` is called."""
        try:
            while not self.stopping.is_set():
                self._watch()
                self.stopping.wait(WATCH_SECONDS)
        finally:
            self._stand_back()
            self.lock.release()

    def stop(self) -> None:
        """Ask the worker to end; a job that runs is let finish."""
        self.stopping.set()

    def _watch(self) -> None:
        leads = self._scheduler is not None
        if leads and not self.lock.is_held():
            log.warning("worker_lost_the_lead")
            self._stand_back()
        elif not leads and self._may_lead():
            log.info("worker_leads", pid=os.getpid())
            with self.app.app_context():
                faultpoint(LEAD_TAKEN)
            self._lead()

    def _may_lead(self) -> bool:
        try:
            return self.lock.take()
        except Exception as error:  # the database is away: stand by and ask again
            log.error("worker_cannot_ask_for_the_lead", **describe(error))
            return False

    def _lead(self) -> None:
        scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(len(self.jobs))}, job_defaults=JOB_DEFAULTS
        )
        for job in self.jobs:
            scheduler.add_job(
                self._tick,
                "interval",
                args=[job],
                seconds=job.interval_seconds,
                id=job.name,
                next_run_time=clock.now(),
            )
        scheduler.start()
        self._scheduler = scheduler

    def _stand_back(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def _tick(self, job: Job) -> None:
        if self.lock.is_held():
            run_once(self.app, job)


def run_once(app: Flask, job: Job) -> int:
    """Run one job and write its heartbeat; what goes wrong is written down, and the clock goes on."""
    with app.app_context(), acting_as(SYSTEM):
        try:
            with database.writing(Work.BEGIN_JOB) as session:
                heartbeats.begin(session, job.name, job.interval_seconds, clock.now())
        except Exception as error:
            log.error("heartbeat_not_written", job=job.name, **describe(error))
            return 0
        count, problem = 0, None
        try:
            count = job.run(clock.now())
        except Exception as error:
            problem = type(error).__name__
            log.error("job_failed", job=job.name, **describe(error))
        database.session().rollback()
        with database.writing(Work.END_JOB) as session:
            heartbeats.end(session, job.name, count=count, error=problem, now=clock.now())
        log.info("job_done", job=job.name, count=count)
        return count
