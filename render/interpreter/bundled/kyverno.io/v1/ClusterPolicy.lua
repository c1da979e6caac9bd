function ReflectStatus(observed)
  return policy_status(observed)
end

function AggregateStatus(desired, items)
  return aggregated_policy(desired, items)
end

function InterpretHealth(observed)
  return policy_is_healthy(observed)
end
