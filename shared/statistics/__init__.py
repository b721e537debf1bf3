"""Statistics of forecasts that both services state by one rule: errors, skill, intervals."""
