#pragma once

#include "reconciler/member/judging.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace flotilla::member {

// Our objects on one cluster as lists, watch events and the answers to our own writes add up to
// them. Asks nobody and waits for nothing.
class Sightings {
 public:
  Sightings(std::string applyset_id, std::function<std::int64_t()> now)
      : applyset_id_(std::move(applyset_id)), now_(std::move(now)) {}
  Sightings(const Sightings&) = delete;
  Sightings& operator=(const Sightings&) = delete;

  // Gives the kinds of which objects cannot be judged from what is remembered of them: they want to
  // be listed again.
  std::set<GroupKind> judge_by(std::shared_ptr<const decision::Decision> decision,
                               const std::string& cluster);
  const std::map<ObjectKey, Seen>& objects() const { return objects_; }
  // Namespaces that hold an object of that kind.
  std::set<std::string> namespaces_of(const GroupKind& kind) const;

  // A list that is under way: of a kind, everywhere or in one namespace. Writes of ours in the
  // meantime are newer than it.
  class Listing {
   public:
    Listing(Sightings& sightings, GroupKind kind, std::string in_namespace);
    ~Listing();
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;

    void begin();  // forgets what was added: the list starts over
    void add(const Json::Value& live);
    // What was not added is gone. True if a pass would see a difference to what stood before.
    bool end();

   private:
    Sightings& sightings_;
    GroupKind kind_;
    std::string namespace_;
    std::set<const Seen*> present_;
    bool changed_ = false;
  };

  // ADDED, MODIFIED, DELETED. True if a pass would see a difference.
  bool on_event(const kube::WatchEvent& event);
  // True if there was something.
  bool forget_all(const GroupKind& kind, const std::string& namespace_);
  void forget_others(const std::set<GroupKind>& kinds);

  void note(const Json::Value& live);
  void forget(const ObjectKey& key);

  // When the next object has waited long enough for a status, in seconds since 1970.
  std::optional<std::int64_t> next_grace() const;
  // Takes those that have for current; true if there were any.
  bool end_graces();

 private:
  using Objects = std::map<ObjectKey, Seen>;
  // An object that we deleted: late events must not bring it back.
  struct Grave {
    std::string uid;
    std::int64_t until = 0;
  };

  bool is_mine(const Json::Value& live) const;
  bool is_buried(const ObjectKey& key, const std::string& uid) const;
  void unbury(const ObjectKey& key, const std::string& uid);
  // True if a pass would see a difference.
  bool store(const ObjectKey& key, const Json::Value& live);
  Objects::iterator erase(Objects::iterator at);
  Objects::iterator first_of(const GroupKind& kind, const std::string& namespace_);

  std::string applyset_id_;
  std::function<std::int64_t()> now_;
  Judge judge_;
  Objects objects_;
  std::map<ObjectKey, Grave> graves_;
  std::map<ObjectKey, std::int64_t> graces_;  // of objects without a status: when that is enough
  int listings_ = 0;                          // under way
  std::set<ObjectKey> written_;               // by us, since the first of them began
};

}  // namespace flotilla::member
