//! The pipeline: plan, worker, writer, supervisor.
