#include "reconciler/simulator/call.h"
#include "reconciler/simulator/clockwork.h"
#include "reconciler/simulator/selector.h"
#include "reconciler/simulator/table.h"
#include "render/document/json.h"

#include <algorithm>
#include <chrono>
#include <deque>

namespace flotilla::simulator {

namespace {

using Clock = std::chrono::steady_clock;

// One watch. It pulls events from the store's history, so a slow client costs no memory; one that
// falls behind it gets 410.
class Watch : public http::Stream {
 public:
  Watch(World& world, const Call& call, Selection selection)
      : world_(world),
        call_(call),
        selection_(std::move(selection)),
        bookmarks_(call.query("allowWatchBookmarks") == "true") {
    const long seconds = std::strtol(call.query("timeoutSeconds").c_str(), nullptr, 10);
    // Without a wish the server ends a watch after a while, as a real one does.
    end_ = Clock::now() + std::chrono::seconds(seconds > 0 ? seconds : 1800);
    next_bookmark_ = Clock::now() + bookmark_interval;
    call_.http = nullptr;  // the request does not live as long as the watch
  }

  ~Watch() override {
    const std::scoped_lock lock(world_.mutex);
    world_.listeners.erase(listener_);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Wants the world locked.
  void begin(const std::string& revision, bool initial_events) {
    const bool from_start = initial_events || revision.empty() || revision == "0";
    position_ = from_start ? world_.store.revision() : std::strtoull(revision.c_str(), nullptr, 10);
    if (!from_start) return;
    for (const auto& [name, object] : world_.store.collection(call_.kind->id()).objects)
      if (concerns(name, object)) pending_.push_back(event_text("ADDED", *object));
    if (initial_events) pending_.push_back(bookmark(true));
  }

  void on_open(http::Wake wake) override {
    {
      const std::scoped_lock lock(world_.mutex);
      listener_ = ++world_.last_listener;
      world_.listeners[listener_] = {call_.kind->id(), wake};
    }
    const auto until_end =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
    Clockwork::shared().after(until_end + std::chrono::milliseconds(1), world_.tasks, wake);
    if (bookmarks_) tick(std::move(wake));
  }

  std::optional<std::string> next() override {
    const std::scoped_lock lock(world_.mutex);
    collect();
    std::string text;
    while (!pending_.empty() && text.size() < (64U << 10U)) {
      text += pending_.front();
      pending_.pop_front();
    }
    if (!text.empty()) return text;
    if (failed_ || Clock::now() >= end_) return std::nullopt;
    if (bookmarks_ && Clock::now() >= next_bookmark_) {
      next_bookmark_ = Clock::now() + bookmark_interval;
      return bookmark(false);
    }
    return text;
  }

 private:
  static constexpr std::chrono::seconds bookmark_interval{30};

  // Wakes the connection whenever a bookmark may be due; ends with the watch (waking a closed
  // connection does nothing).
  void tick(http::Wake wake) {
    struct Ticker {
      std::uint64_t owner;
      Clock::time_point end;
      http::Wake wake;
      void operator()() const {
        wake();
        if (Clock::now() < end) Clockwork::shared().after(bookmark_interval, owner, *this);
      }
    };
    Clockwork::shared().after(bookmark_interval, world_.tasks,
                              Ticker{world_.tasks, end_, std::move(wake)});
  }

  bool concerns(const Name& name, const StoredPtr& object) const {
    if (object == nullptr || (!call_.namespace_.empty() && name.first != call_.namespace_))
      return false;
    return selection_.matches(name, *object);
  }

  // Turns what happened since `position_` into texts.
  void collect() {
    if (failed_) return;
    const Store::Collection& collection = world_.store.collection(call_.kind->id());
    if (position_ < collection.forgotten) {
      const Refusal gone = expired("too old resource version: " + std::to_string(position_) + " (" +
                                   std::to_string(collection.forgotten) + ")");
      pending_.push_back("{\"type\":\"ERROR\",\"object\":" + canonical_json(gone.status()) + "}\n");
      failed_ = true;
      return;
    }
    const auto first =
        std::ranges::upper_bound(collection.history, position_, {}, &Event::revision);
    for (auto event = first; event != collection.history.end(); ++event) add(*event);
    position_ = std::max(position_, world_.store.revision());
    if (world_.kinds.by_id(call_.kind->id()) == nullptr) failed_ = true;  // its definition is gone
  }

  void add(const Event& event) {
    const bool was = concerns(event.name, event.before);
    const bool is = !event.deleted && concerns(event.name, event.now);
    if (is) pending_.push_back(event_text(was ? "MODIFIED" : "ADDED", *event.now));
    if (was && !is) pending_.push_back(event_text("DELETED", *event.now));
  }

  std::string event_text(const std::string& type, const Stored& object) {
    return "{\"type\":\"" + type + "\",\"object\":" + shape(object) + "}\n";
  }

  std::string shape(const Stored& object) {
    if (call_.form == Form::metadata) return partial_text(object);
    if (call_.form == Form::object)
      return object_text(object, call_.api_version(), call_.kind->kind);
    const Headings headings = headed_ ? Headings::no : Headings::yes;
    headed_ = true;
    Json::Value table = table_of(call_, {object.tree()}, headings);
    table["metadata"]["resourceVersion"] = std::to_string(object.revision);
    return canonical_json(table);
  }

  std::string bookmark(bool end_of_initial_events) const {
    Json::Value object(Json::objectValue);
    object["kind"] = call_.form == Form::object  ? call_.kind->kind
                     : call_.form == Form::table ? "Table"
                                                 : "PartialObjectMetadata";
    object["apiVersion"] = call_.form == Form::object ? call_.api_version() : "meta.k8s.io/v1";
    object["metadata"]["resourceVersion"] = std::to_string(position_);
    if (call_.form != Form::table) object["metadata"]["creationTimestamp"] = Json::Value();
    if (end_of_initial_events)
      object["metadata"]["annotations"]["k8s.io/initial-events-end"] = "true";
    if (call_.form == Form::table) object["rows"] = Json::Value(Json::arrayValue);
    return "{\"type\":\"BOOKMARK\",\"object\":" + canonical_json(object) + "}\n";
  }

  World& world_;
  Call call_;
  Selection selection_;
  bool bookmarks_;
  bool failed_ = false;
  bool headed_ = false;
  Clock::time_point end_;
  Clock::time_point next_bookmark_;
  std::uint64_t position_ = 0;
  std::uint64_t listener_ = 0;
  std::deque<std::string> pending_;
};

}  // namespace

http::Response watch_objects(World& world, const Call& call) {
  auto selection = Selection::parse(call.query("labelSelector"), call.query("fieldSelector"));
  if (!selection) return refused(selection.error());
  const bool initial = call.query("sendInitialEvents") == "true";
  if (initial && call.query("resourceVersionMatch") != "NotOlderThan")
    return refused(invalid(
        {"meta.k8s.io", "", "ListOptions", ""},
        {{"FieldValueForbidden",
          "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
          "resourceVersionMatch"}}));
  auto watch = std::make_shared<Watch>(world, call, std::move(*selection));
  {
    const std::scoped_lock lock(world.mutex);
    watch->begin(call.query("resourceVersion"), initial);
  }
  http::Response response;
  response.stream = std::move(watch);
  return response;
}

}  // namespace flotilla::simulator
