#pragma once

#include "reconciler/member/mirror.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace flotilla::member {

// Looks at live objects with the eyes of one decision. Without a decision it knows no health and
// finds nothing lost.
class Judge {
 public:
  struct Difference {
    bool rules = false;  // health and status of what was seen may be others now
  };
  Difference use(std::shared_ptr<const decision::Decision> decision, std::string cluster);
  bool uses(const std::shared_ptr<const decision::Decision>& decision,
            const std::string& cluster) const {
    return decision_ && decision_ == decision && cluster_ == cluster;
  }

  // The manifest of this object on the cluster; nullptr if it is not wanted there.
  const manifest::Manifest* wanted(const ObjectKey& key) const;

  // What is to be remembered of a live object. `before`: what was remembered of it so far, nullptr
  // for nothing; it spares the comparison with the manifest where nothing of it was lost and our
  // fields are the same ones.
  Seen look(const Json::Value& live, const Seen* before, std::int64_t now) const;

  // Seconds since 1970 at which a live object without a status has waited long enough for one;
  // nullopt: its age is not known.
  std::optional<std::int64_t> end_of_grace(const Json::Value& live) const;

 private:
  Observed observe_now(const Json::Value& live, std::int64_t now) const;
  void find_lost(Seen& seen, const Json::Value& live, const Seen* before) const;

  std::shared_ptr<const decision::Decision> decision_;
  std::string cluster_;
  const decision::ClusterWork* work_ = nullptr;
};

// True if a pass would see a difference between the two (a resourceVersion alone is none).
bool differs(const Seen& a, const Seen& b);

// The lost fields of `seen` are known: it was compared with the manifest that its object says it
// was made of.
bool is_judged(const Seen& seen);

// resourceVersions of one server compare as numbers; others only tell whether they are the same.
bool is_newer(std::string_view version, std::string_view than);

}  // namespace flotilla::member
