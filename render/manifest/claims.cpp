#include "render/manifest/claims.h"

#include "render/document/json.h"
#include "render/manifest/ownership.h"

#include <algorithm>
#include <map>
#include <set>

namespace flotilla::manifest {

namespace {

bool is_ours(const Json::Value& entry) {
  return get_string(entry, "manager") == field_manager &&
         get_string(entry, "operation") == "Apply" && get_string(entry, "subresource").empty();
}

bool is_whole(const Json::Value& fields) {
  return fields.empty() || (fields.size() == 1 && fields.isMember("."));
}

bool any_part(const std::vector<Claim>& claims) {
  return std::ranges::any_of(claims, [](const Claim& claim) { return !is_whole(*claim.fields); });
}

void descend(const std::vector<Claim>& from, const std::string& element, std::vector<Claim>& to) {
  for (const Claim& claim : from)
    if (const Json::Value* child = find(*claim.fields, element); child && child->isObject())
      to.push_back({claim.entry, child});
}

using Names = std::vector<std::string>;

// The values that `from` has under `names`; names that it lacks are left out.
Json::Value picked(const Json::Value& from, const Names& names) {
  Json::Value keys(Json::objectValue);
  for (const std::string& name : names)
    if (const Json::Value* value = find(from, name)) keys[name] = *value;
  return keys;
}

struct Element {
  std::string text;
  Json::Value keys;
  bool ours = false;
  bool used = false;
};

// What the claims know of one list.
class KnownItems {
 public:
  explicit KnownItems(const Claims& claims) {
    add(claims.ours, true);
    add(claims.others, false);
  }

  bool by_index() const { return indexed_; }
  bool by_value() const { return !values_.empty(); }
  const Names& key_names() const { return key_names_; }

  std::string of_value(const Json::Value& item) const {
    const auto found = values_.find(canonical_json(item));
    return found != values_.end() ? found->second : "v:" + canonical_json(item);
  }

  // The unused element with these keys, one of ours if there are several; nullptr if there is none.
  Element* take(const Json::Value& keys) {
    Index& index = index_of(keys.getMemberNames());
    const auto found = index.find(canonical_json(keys));
    if (found == index.end()) return nullptr;
    std::vector<std::size_t>& candidates = found->second;
    std::erase_if(candidates, [this](std::size_t at) { return elements_[at].used; });
    if (candidates.empty()) return nullptr;
    Element& element = elements_[candidates.front()];
    element.used = true;
    return &element;
  }

 private:
  using Index = std::map<std::string, std::vector<std::size_t>>;  // canonical keys → elements

  void add(const std::vector<Claim>& claims, bool ours) {
    for (const Claim& claim : claims) {
      for (auto it = claim.fields->begin(); it != claim.fields->end(); ++it) {
        const std::string text = it.name();
        if (text.starts_with("i:")) indexed_ = true;
        if (!text.starts_with("k:") && !text.starts_with("v:")) continue;
        if (!seen_.insert(text).second) continue;
        const Result<Json::Value> value = parse_json_fast(std::string_view(text).substr(2));
        if (!value) continue;
        if (text.front() == 'v') values_.emplace(canonical_json(*value), text);
        if (text.front() == 'k' && value->isObject()) add_keyed(text, *value, ours);
      }
    }
  }

  void add_keyed(const std::string& text, const Json::Value& keys, bool ours) {
    for (const std::string& name : keys.getMemberNames())
      if (std::ranges::find(key_names_, name) == key_names_.end()) key_names_.push_back(name);
    elements_.push_back({text, keys, ours});
  }

  Index& index_of(const Names& names) {
    const auto [found, is_new] = indexes_.try_emplace(names);
    if (is_new)
      for (std::size_t i = 0; i < elements_.size(); ++i)
        found->second[canonical_json(picked(elements_[i].keys, names))].push_back(i);
    return found->second;
  }

  std::set<std::string> seen_;
  std::map<std::string, std::string> values_;
  std::vector<Element> elements_;  // ours first
  Names key_names_;
  std::map<Names, Index> indexes_;
  bool indexed_ = false;
};

std::string keyed_element(KnownItems& known, const Json::Value& keys) {
  const Element* element = known.take(keys);
  return element != nullptr ? element->text : "k:" + canonical_json(keys);
}

}  // namespace

Claims claims_of(const Json::Value& metadata) {
  Claims claims;
  const Json::Value* entries = find(metadata, "managedFields");
  if (entries == nullptr || !entries->isArray()) return claims;
  for (const Json::Value& entry : *entries) {
    const Json::Value* fields = find(entry, "fieldsV1");
    if (fields == nullptr || !fields->isObject() || is_whole(*fields)) continue;
    (is_ours(entry) ? claims.ours : claims.others).push_back({&entry, fields});
  }
  return claims;
}

bool is_divided(const Claims& claims) { return any_part(claims.ours) || any_part(claims.others); }

Claims below(const Claims& claims, const std::string& element) {
  Claims child;
  descend(claims.ours, element, child.ours);
  descend(claims.others, element, child.others);
  return child;
}

Claims below_field(const Claims& claims, const std::string& name) {
  return below(claims, "f:" + name);
}

std::vector<std::string> elements_of(const Json::Value& list, const Claims& claims) {
  KnownItems known(claims);
  std::vector<std::string> elements(list.size());
  std::vector<Json::ArrayIndex> incomplete;
  for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
    if (known.by_index() || (known.key_names().empty() && !known.by_value())) {
      elements[i] = "i:" + std::to_string(i);
    } else if (known.by_value()) {
      elements[i] = known.of_value(list[i]);
    } else if (const Json::Value keys = picked(list[i], known.key_names());
               keys.size() == known.key_names().size()) {
      elements[i] = keyed_element(known, keys);
    } else {
      incomplete.push_back(i);
    }
  }
  for (const Json::ArrayIndex i : incomplete)
    elements[i] = keyed_element(known, picked(list[i], known.key_names()));
  return elements;
}

std::vector<std::string> keys_of(const std::string& element) {
  if (!element.starts_with("k:")) return {};
  const Result<Json::Value> keys = parse_json_fast(std::string_view(element).substr(2));
  return keys && keys->isObject() ? keys->getMemberNames() : Names{};
}

}  // namespace flotilla::manifest
