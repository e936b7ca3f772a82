"""The one write path: the journal, the state it folds to, and the checks that both agree."""
