"""The supervisor's register: findings, evidence, recommendations and the organiser's answers; all of it is kept."""
