"""Who may do what: the judgement over every call, the person's answers, and the questions that wait for one."""
