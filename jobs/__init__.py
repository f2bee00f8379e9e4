"""What runs later: jobs that workers are woken for, and the sweeps for whatever nobody was woken for."""
