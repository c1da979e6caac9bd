#pragma once

#include "reconciler/kube/access.h"
#include "reconciler/kube/loop.h"
#include "render/base/problem.h"
#include "render/document/object.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// The Kubernetes API of one cluster (the HTTP contract of gitops-practice 5.5).
namespace flotilla::kube {

// A kind as the API server serves it.
struct Resource {
  std::string group;
  std::string version;
  std::string kind;
  std::string plural;
  bool namespaced = false;
  std::vector<std::string> verbs;

  // "/apis/apps/v1/namespaces/shop/deployments/web"; without a name the collection.
  std::string path(std::string_view namespace_, std::string_view name = {}) const;
};

// What a server serves. `preferred` version first, others after it.
struct Discovery {
  std::map<GroupKind, std::vector<Resource>> kinds;
  Problems faults;  // groups whose discovery failed (an aggregated API that is down); the others
                    // are there

  const Resource* find(const GroupKind& kind) const;  // preferred version
  const Resource* find(const GroupKind& kind, std::string_view version) const;
};

// What else a kind is called.
struct Names {
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
};
struct NamedDiscovery {
  Discovery served;
  std::map<GroupKind, Names> names;
};

// An answer that is no success, as the server worded it. `error.code` is the class of
// gitops-practice 5.5 with the traps of kube-apiserver.md (500 "failed to create typed patch" is
// invalid, 429 "storage is (re)initializing" is unavailable).
struct ApiError {
  Error error;
  int status = 0;      // 0: no answer
  std::string reason;  // Status.reason: Conflict, Invalid, NotFound, AlreadyExists, ...
  struct Cause {
    std::string reason;
    std::string field;
    std::string message;
  };
  std::vector<Cause> causes;
  std::string
      details_kind;  // Status.details.kind: "namespaces" when it is the namespace that is missing
};
// What to do about an error (gitops-practice 5.5 and the traps of kube-apiserver.md).
enum class Fault {
  user,       // the object is wrong: nothing but a commit mends it (400, 413, 415, 422, typed 500)
  conflict,   // 409: another manager, or another version
  forbidden,  // 403 by RBAC, quota or admission: a person mends it, not always by a commit
  not_found,  // 404
  expired,    // 410: what was read is too old
  transient,  // passes by itself: 429, 5xx, 403 in a namespace that is being deleted
  unauthorized,  // 401, a wrong certificate: the credential
  unreachable,   // no answer
  cancelled
};
Fault fault_of(const ApiError& error);

template <class T>
using ApiResult = tl::expected<T, ApiError>;

struct Applied {
  bool created = false;  // 201
  Json::Value object;    // as the server stored it
  std::vector<std::string> warnings;
};

enum class Force { no, yes };
enum class DryRun { no, yes };
struct ApplyOptions {
  Force force = Force::no;
  DryRun dry_run = DryRun::no;
  std::string field_manager = "flotilla";
};

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  bool metadata_only = false;  // PartialObjectMetadata
  // Given: every item is handed over page by page and none is kept in List::items, so that a list
  // costs the memory of one page. `begin` is called before the first item, and again when an
  // expired page made the list start over. The fieldsV1 of an item's managedFields are texts of
  // JSON then, which are seldom looked into.
  std::function<void()> begin;
  std::function<void(Json::Value)> each;
};
struct List {
  std::vector<Json::Value> items;  // with apiVersion and kind set
  std::string resource_version;
};

// Objects as the server prints them for people. A cell is one line of text, ready for a terminal.
struct Table {
  struct Column {
    std::string name;
    int priority = 0;  // above 0: only where there is room
  };
  struct Row {
    std::string namespace_;
    std::string name;
    std::vector<std::string> cells;  // as many as there are columns
  };
  std::vector<Column> columns;
  std::vector<Row> rows;
};
struct TableOptions {
  std::string label_selector;
  std::string name;  // one object, then not_found is an error; empty: all
};

struct WatchEvent {
  std::string type;  // ADDED, MODIFIED, DELETED, BOOKMARK, ERROR
  Json::Value object;
};
struct WatchOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  bool metadata_only = false;
  // When the server ends it; 0: 300 to 600 s, spread by the server's name and the watch's number.
  std::chrono::seconds timeout{0};
};

enum class Propagation { background, foreground, orphan };
struct RemoveOptions {
  std::string uid;               // only if the object still has it; empty: any
  std::string resource_version;  // the same
  Propagation propagation = Propagation::background;
};

// Why a cluster is left alone for a while: it did not answer several times in a row.
struct Outage {
  Error error;       // the last one
  int failures = 0;  // in a row
  std::chrono::steady_clock::time_point next_try;
};

struct ClientOptions {
  std::size_t concurrency = 32;               // requests in flight
  std::chrono::milliseconds timeout{30'000};  // of one request
  // How long one call goes on trying (connection errors, 429 with Retry-After, 5xx of idempotent
  // calls), from its first attempt.
  std::chrono::milliseconds patience{45'000};
  // A server that cannot be connected to is given up on after so many attempts (6: 6.2 s): it is
  // down, and its cluster has other work to report.
  int connect_attempts = 6;
  // After so many calls in a row that got no answer (in spite of their retries) the circuit opens:
  // calls fail at once, without a request, until the wait is over (first_rest, doubled each time up
  // to longest_rest, with jitter by the server's name); then one call tries, and its success lets
  // all others through again. An answer of any status closes it. A server that answers nobody for
  // a whole `timeout` opens it at once, and all that wait for it fail then.
  int failures_to_open = 3;
  std::chrono::milliseconds first_rest{1'000};
  std::chrono::milliseconds longest_rest{60'000};
};

// In a coroutine give options by name: g++ 12 destroys a braced temporary (`{.force = ...}`) inside
// a co_await expression wrongly, which is also why the options have no default arguments.
class Client {
 public:
  Client(Loop& loop, Access access, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The aggregated discovery documents, or group by group where the server has none.
  Task<ApiResult<Discovery>> discover();
  // The same, and what people call the kinds.
  Task<ApiResult<NamedDiscovery>> discover_named();
  Task<ApiResult<Json::Value>> get(Resource resource, std::string namespace_, std::string name);
  // All pages (500 items each). A 410 on a continued page starts over.
  Task<ApiResult<List>> list(Resource resource, std::string namespace_, ListOptions options);
  Task<ApiResult<List>> list(Resource resource, std::string namespace_);
  // All pages of it (500 rows each), or one object.
  Task<ApiResult<Table>> table(Resource resource, std::string namespace_, TableOptions options);
  // Server-side apply of `body` (JSON).
  Task<ApiResult<Applied>> apply(Resource resource, std::string namespace_, std::string name,
                                 std::string body, ApplyOptions options);
  Task<ApiResult<Applied>> apply(Resource resource, std::string namespace_, std::string name,
                                 std::string body);
  // POST of `body` (JSON) as a new object. A name that is taken is a conflict with reason
  // AlreadyExists; a lost answer repeats the call, so that it may be this one's own object.
  Task<ApiResult<Json::Value>> create(Resource resource, std::string namespace_, std::string body);
  // PUT of `body` (JSON) in place of the object. With metadata.resourceVersion in it only over that
  // version, else a conflict, which after a lost answer may be this call's own doing.
  Task<ApiResult<Json::Value>> replace(Resource resource, std::string namespace_, std::string name,
                                       std::string body);
  // DELETE, in background if nothing else is said; only if the object still has this uid (empty:
  // any). A precondition that does not hold is a conflict; not_found is an error here.
  Task<ApiResult<Json::Value>> remove(Resource resource, std::string namespace_, std::string name,
                                      std::string uid);
  Task<ApiResult<Json::Value>> remove(Resource resource, std::string namespace_, std::string name,
                                      RemoveOptions options);
  // JSON patch (RFC 6902), as an array of operations. A lost answer repeats it: if doing it twice
  // would be wrong, let it `replace` the resourceVersion by the one that was read, which is a
  // conflict once it has moved (a `test` that fails is a 422 without a reason).
  Task<ApiResult<Json::Value>> json_patch(Resource resource, std::string namespace_,
                                          std::string name, std::string body);
  // Calls `on_event` until it returns false, the server ends the watch (a success), or an error.
  // Bookmarks are asked for.
  Task<ApiResult<bool>> watch(Resource resource, std::string namespace_, WatchOptions options,
                              std::function<bool(WatchEvent)> on_event);
  // GET of any path ("/version", "/readyz"): the body of a 200.
  Task<ApiResult<std::string>> get_raw(std::string path);
  // GET of a health endpoint: the status of a success (2xx). One request with a deadline of its
  // own, which waits for no other call and is not repeated. While the circuit is open it fails
  // without one, until the wait is over: then it is the call that tries.
  Task<ApiResult<int>> probe(std::string path, std::chrono::milliseconds timeout);

  // Ends the requests under way that have no answer yet, as if their time were over.
  void give_up();

  Loop& loop();
  const std::string& server() const;
  std::size_t concurrency() const;  // ClientOptions::concurrency
  // The circuit is open, or half open; nullopt: the server answers.
  std::optional<Outage> outage() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the calls under way, which may outlive the client
};

}  // namespace flotilla::kube
