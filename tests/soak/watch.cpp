#include "tests/soak/watch.h"

#include "tests/integration/fleet/live.h"
#include "tests/integration/fleet/text.h"

#include <algorithm>
#include <set>

namespace flotilla::soak {

using namespace std::chrono_literals;

namespace {

constexpr auto pause = 2s;
constexpr std::size_t most_faults = 50;

// As wanted() has it.
std::string version_of(const Json::Value& object) {
  if (!object.isMember("data")) {
    const std::string image =
        object["spec"]["template"]["spec"]["containers"][0]["image"].asString();
    return image.substr(image.rfind(':') + 1);
  }
  const Json::Value& data = object["data"];
  const std::string more = data.isMember("override") ? "/" + data["override"].asString() : "";
  return data["value"].asString() + more;
}

std::string seconds_text(Clock::duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

const std::string* lookup(const Wanted& wanted, const std::string& cluster,
                          const std::string& object) {
  const auto there = wanted.find(cluster);
  if (there == wanted.end()) return nullptr;
  const auto found = there->second.find(object);
  return found == there->second.end() ? nullptr : &found->second;
}

}  // namespace

Watch::Watch(const tests::Members& members, const Line& line, std::chrono::seconds patience)
    : members_(members),
      line_(line),
      patience_(patience),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void Watch::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto next = Clock::now() + pause;
    for (const std::string& cluster : members_.names()) {
      if (stop.stop_requested()) return;
      look(cluster);
    }
    {
      const std::scoped_lock lock(mutex_);
      ++looks_;
      std::erase_if(excuses_, [&](const auto& entry) {
        return entry.second < Clock::now() - patience_ - 5min;
      });
    }
    while (Clock::now() < next && !stop.stop_requested()) std::this_thread::sleep_for(20ms);
  }
}

void Watch::look(const std::string& cluster) {
  const auto began = Clock::now();
  std::map<std::string, Seen> now;
  for (const char* kind : {"ConfigMap", "Deployment"}) {
    const tests::KubeReply reply =
        members_.call(cluster, {.path = tests::collection_path(kind, space), .timeout = 1500ms});
    if (reply.status != 200) return;  // it is down, or hangs
    const Json::Value list = tests::parse_json_text(reply.body);
    for (const Json::Value& object : list["items"]) {
      const Json::Value& metadata = object["metadata"];
      if (metadata["name"] == "kube-root-ca.crt") continue;
      now[std::string(kind) + " " + space + "/" + metadata["name"].asString()] = {
          metadata["uid"].asString(), version_of(object)};
    }
  }
  compare(cluster, std::move(now), began);
}

void Watch::compare(const std::string& cluster, std::map<std::string, Seen> now,
                    Clock::time_point began) {
  Cluster& last = clusters_[cluster];
  // What is there now was right lately; what went since the last look was to go lately then.
  const Line::Span now_right = line_.heads(began - patience_, began);
  const Line::Span gone_right = line_.heads(last.looked_at - patience_, last.looked_at);
  const auto is_gone = [&](const std::string& object) {
    return std::ranges::any_of(gone_right.heads, [&](const Head& head) {
      return lookup(*head.wanted, cluster, object) == nullptr;
    });
  };
  std::set<std::string> names;
  for (const auto& [object, seen] : now) names.insert(object);
  for (const auto& [object, seen] : last.objects) names.insert(object);
  const Wanted& newest = *now_right.heads.back().wanted;
  if (const auto all = newest.find(cluster); all != newest.end())
    for (const auto& [object, version] : all->second) names.insert(object);
  Clock::duration oldest{0};
  for (const std::string& object : names) {
    const auto live = now.find(object);
    const auto before = last.objects.find(object);
    if (before != last.objects.end() &&
        (live == now.end() || live->second.uid != before->second.uid)) {
      const std::scoped_lock lock(mutex_);
      ++deletions_;
      if (!is_gone(object) && !is_excused(cluster, object, last.looked_at))
        tell(cluster, object + " was deleted, and every commit of the last " +
                          seconds_text(began - gone_right.since) + " wanted it");
    }
    Clock::time_point wanted_until{};
    for (const Head& head : now_right.heads) {
      const std::string* version = lookup(*head.wanted, cluster, object);
      const bool fits = live == now.end() ? version == nullptr
                                          : version != nullptr && *version == live->second.version;
      if (fits) wanted_until = std::max(wanted_until, head.until);
    }
    const std::scoped_lock lock(mutex_);
    if (wanted_until != Clock::time_point{}) {
      if (wanted_until < began) oldest = std::max(oldest, began - wanted_until);
    } else if (!is_excused(cluster, object, began)) {
      tell(cluster,
           object +
               (live == now.end() ? " is not there" : " is of version " + live->second.version) +
               ", and no commit of the last " + seconds_text(began - now_right.since) +
               " wanted that");
    }
  }
  last = {std::move(now), began};
  const std::scoped_lock lock(mutex_);
  lags_.push_back(std::chrono::duration<double>(oldest).count());
}

void Watch::excuse(const std::string& cluster, const std::string& object) {
  const std::scoped_lock lock(mutex_);
  excuses_[cluster + " " + object] = Clock::now();
}

bool Watch::is_excused(const std::string& cluster, const std::string& object,
                       Clock::time_point since) const {
  const auto found = excuses_.find(cluster + " " + object);
  return found != excuses_.end() && found->second >= since - patience_;
}

void Watch::tell(const std::string& cluster, const std::string& text) {
  if (faults_.size() < most_faults) faults_.push_back(cluster + ": " + text);
}

std::vector<std::string> Watch::faults() const {
  const std::scoped_lock lock(mutex_);
  return faults_;
}

std::size_t Watch::looks() const {
  const std::scoped_lock lock(mutex_);
  return looks_;
}

std::size_t Watch::deletions() const {
  const std::scoped_lock lock(mutex_);
  return deletions_;
}

std::vector<double> Watch::lags() const {
  const std::scoped_lock lock(mutex_);
  return lags_;
}

}  // namespace flotilla::soak
