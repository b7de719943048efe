"""The outreach portal: from a school's first referral to the Forum's graphs.

A school asks for help (``referrals``), the coordinator opens a piece of work (``cases``), workers spend time
(``visits``), measure (``assessments``) and advise (``plans``), the work ends and is looked at again (``exits``),
and the Summary of Impact makes itself from those records (``impact``). The README holds the whole map.
"""
