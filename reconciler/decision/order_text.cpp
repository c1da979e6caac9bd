#include "reconciler/decision/order.h"
#include "render/base/text.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

constexpr std::string_view wanted =
    "want group/namespaces/namespace/Kind/name, group/Kind/name (nothing before the first '/' for "
    "the core group), Kind.group/namespace/name or Kind.group/name";

bool is_kind(const std::string& text) { return !text.empty() && text[0] >= 'A' && text[0] <= 'Z'; }

// nullopt if it is neither cli-utils' form nor ours. Kinds begin with a capital, groups never do.
std::optional<ObjectKey> read_one(std::string_view text) {
  const std::vector<std::string> parts = split(text, '/');
  const bool filled =
      std::all_of(parts.begin() + 1, parts.end(), [](const auto& part) { return !part.empty(); });
  if (!filled) return std::nullopt;
  if (is_kind(parts[0])) {
    const GroupKind kind = parse_group_kind(parts[0]);
    if (parts.size() == 2) return ObjectKey{kind.group, kind.kind, "", parts[1]};
    if (parts.size() == 3) return ObjectKey{kind.group, kind.kind, parts[1], parts[2]};
    return std::nullopt;
  }
  if (parts.size() == 3 && is_kind(parts[1])) return ObjectKey{parts[0], parts[1], "", parts[2]};
  if (parts.size() == 5 && parts[1] == "namespaces" && is_kind(parts[3]))
    return ObjectKey{parts[0], parts[3], parts[2], parts[4]};
  return std::nullopt;
}

}  // namespace

Result<std::vector<ObjectKey>> parse_depends_on(std::string_view text) {
  std::vector<ObjectKey> keys;
  std::vector<std::string> faults;
  for (const std::string& part : split(text, ',')) {
    const std::string_view one = trim(part);
    if (const auto key = read_one(one))
      keys.push_back(*key);
    else
      faults.push_back("\"" + std::string(one) + "\"");
  }
  if (!faults.empty())
    return fail(Code::invalid, "has " + join(faults, ", ") + ", " + std::string(wanted));
  return keys;
}

}  // namespace flotilla::decision
