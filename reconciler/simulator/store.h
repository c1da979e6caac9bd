#pragma once

#include "render/document/tree.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The objects of one member and what happened to them. Not synchronised: its owner's lock guards
// it.
namespace flotilla::simulator {

using Name = std::pair<std::string, std::string>;  // namespace, name

// An object as it was at one revision. It is kept as text (a tree costs ten times the memory),
// without apiVersion and kind.
struct Stored {
  std::string text;
  std::uint64_t revision = 0;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string_view metadata;  // part of `text`

  Json::Value tree() const;
};
using StoredPtr = std::shared_ptr<const Stored>;

// The text of its PartialObjectMetadata.
std::string partial_text(const Stored& object);
// The text of an object of this apiVersion and kind.
std::string object_text(const Stored& object, const std::string& api_version,
                        const std::string& kind);

struct Event {
  std::uint64_t revision = 0;
  Name name;
  StoredPtr before;  // null: added
  StoredPtr now;     // its last state if it was deleted
  bool deleted = false;
};

class Store {
 public:
  static constexpr std::size_t history_limit = 1000;  // events kept of a kind

  struct Collection {
    std::map<Name, StoredPtr> objects;
    std::deque<Event> history;
    std::uint64_t forgotten = 0;  // the newest revision that is no longer in `history`
  };

  StoredPtr find(const std::string& kind_id, const Name& name) const;
  const Collection& collection(const std::string& kind_id) const;
  const std::map<std::string, Collection>& all() const { return collections_; }

  // Writes the object with a new resourceVersion, and returns it.
  StoredPtr put(const std::string& kind_id, const Name& name, Json::Value object);
  void erase(const std::string& kind_id, const Name& name);

  std::uint64_t revision() const { return revision_; }

  // The objects as they were at `revision`; nullopt if that is too long ago.
  std::optional<std::map<Name, StoredPtr>> at(const std::string& kind_id,
                                              std::uint64_t revision) const;

 private:
  void remember(Collection& collection, Event event);

  std::map<std::string, Collection> collections_;
  std::uint64_t revision_ = 1;
};

}  // namespace flotilla::simulator
