#pragma once

#include "reconciler/cli/output.h"
#include "reconciler/kube/client.h"

#include <map>
#include <string>
#include <vector>

// What `flotilla get` shows of the answers of several clusters. No I/O, no clock.
namespace flotilla::cli {

// Objects of one kind on one cluster: a table for people, objects for programs.
struct Found {
  std::string cluster;
  kube::Resource kind;
  kube::Table table;
  std::vector<Json::Value> objects;
};

struct GetView {
  Output output = Output::table;
  bool all_namespaces = false;
  bool several_kinds = false;  // names are told with their kind
};

// One table for each kind, the cluster in its first column, sorted by cluster, namespace and name.
// Where clusters have different columns each row has those that its cluster gave. Empty if nothing
// was found.
std::string get_tables(const std::vector<Found>& found, const GetView& view);

// A v1 List of all objects, each annotated with flotilla.dev/cluster and without its managedFields;
// sorted like the tables.
Json::Value get_list(const std::vector<Found>& found);

// "eu Deployment.apps/shop/web": the cluster, and the object as other commands take it.
std::string get_names(const std::vector<Found>& found);

}  // namespace flotilla::cli
