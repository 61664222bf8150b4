"""Results folders of bn-lab as pandas data frames.

    import bn_lab

    results = bn_lab.load("results/mnist")
    results.trials.groupby("norm.placement")["test_accuracy"].mean()

The folder may be one that ``bn-lab run`` wrote, or a compact copy that ``bn-lab publish`` made; only its files are
read, and ``results/README.md`` of the project explains every column.
"""

from bn_lab.results import Results, ResultsError, load

__all__ = ["Results", "ResultsError", "load"]
