"""Donations of 11,104 people to a charity, first made in 1995, in the six years that followed.

The recency-frequency table of Fader, Hardie and Shang (2010), Customer-Base Analysis in a
Discrete-Time Noncontractual Setting, Marketing Science 29(6): for each (x, t_x) of n = 6 years the
number of donors.
"""

import retentionkit as rk

DONORS = {
    (6, 6): 1203,
    (5, 6): 728,
    (4, 6): 512,
    (3, 6): 357,
    (2, 6): 234,
    (1, 6): 129,
    (5, 5): 335,
    (4, 5): 284,
    (3, 5): 225,
    (2, 5): 173,
    (1, 5): 119,
    (4, 4): 240,
    (3, 4): 181,
    (2, 4): 155,
    (1, 4): 78,
    (3, 3): 322,
    (2, 3): 255,
    (1, 3): 129,
    (2, 2): 613,
    (1, 2): 277,
    (1, 1): 1091,
    (0, 0): 3464,
}
YEARS = 6
#: Donors who gave in each year from 1996 on; the model was fitted to the first six of them.
GAVE = [5652, 4674, 4019, 3552, 3555, 3163, 3110, 2938, 2703, 2573, 1936]


def donors():
    """The table as histories."""
    x, t_x = zip(*DONORS, strict=True)
    return rk.OpportunityHistories.from_arrays(
        x, t_x, [YEARS] * len(x), unit="year", weight=list(DONORS.values())
    )
