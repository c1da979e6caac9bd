#pragma once

#include "tests/property/dice.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

// What the repository of a soak holds at one commit, and what follows from it, worked out without
// any of Flotilla's code.
namespace flotilla::soak {

using tests::Dice;

inline const std::string space = "soak";  // the namespace of all objects
inline const std::string fleet_name = "soak";

// Object ("ConfigMap soak/part-1") → what tells one version of it from another on one cluster.
using Objects = std::map<std::string, std::string>;
using Wanted = std::map<std::string, Objects>;  // by cluster

struct Item {
  std::size_t group = 0;
  std::string value;  // of a ConfigMap; of a Deployment the tag of its image
  int replicas = 0;   // 0: a ConfigMap
};

// Objects that one policy sends to the same clusters.
struct Group {
  std::set<std::string> clusters;
  std::set<std::string> overridden;  // the clusters where ConfigMaps have one more entry
  std::string override_value;
};

struct Content {
  std::vector<std::string> clusters;
  std::vector<Group> groups;  // the first one is on every cluster, always
  std::map<std::string, Item> items;
  std::vector<std::string> confirmed;  // commits whose deletions are confirmed
  std::set<std::string> bulk;          // clusters that have many small objects more, if any
  std::set<std::string> held;          // clusters where these went and were not confirmed yet
};

Content first_content(const std::vector<std::string>& clusters, Dice& dice);

// Changes content from commit to commit.
class Author {
 public:
  explicit Author(Dice& dice) : dice_(&dice) {}
  // A few changes of what a commit may change; within the deletion guard, also together with the
  // commits before.
  void change(Content& content);
  std::string new_value() { return "v" + std::to_string(++values_); }

 private:
  void change_values(Content& content);
  void add_item(Content& content);
  void remove_item(Content& content);
  void change_deployment(Content& content);
  void move_group(Content& content);
  void change_override(Content& content);
  void regroup(Content& content);

  Dice* dice_;
  int values_ = 0;
  int changes_ = 0;
  int items_ = 0;
  std::map<std::string, int> lost_;  // cluster → the change that last took a group from it
};

Wanted wanted(const Content& content);
// The repository's files.
std::map<std::string, std::string> files_of(const Content& content);

}  // namespace flotilla::soak
