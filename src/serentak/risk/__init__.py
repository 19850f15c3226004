"""Risk: how surely a plan holds, over thousands of futures in which roads close, vehicles fail and hubs are slow.

===============  =================================================================================
``uncertainty``  how far journeys, handling and vehicles stray from the plan (table of figures)
``draws``        random numbers by name: two plans meet the same weather
``course``       a plan as what depends on what: the order in which a future unfolds
``closures``     which sites of a hazard are active, and what the way then costs
``futures``      `play_futures`: when everything arrives, in every future
``chance``       probabilities with their intervals
===============  =================================================================================
"""
