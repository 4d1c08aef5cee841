"""Benchmarks of asv: `time_` and `peakmem_` for speed, `track_` for the rows asked."""
