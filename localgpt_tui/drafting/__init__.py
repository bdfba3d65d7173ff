"""What is being written: completions for it, the history it joins, and the drafts that outlive a crash."""
