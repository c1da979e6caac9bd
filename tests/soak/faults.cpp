#include "tests/soak/faults.h"

#include "tests/integration/fleet/hands.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace flotilla::soak {

using namespace std::chrono_literals;

namespace {

// An object that is corrected more than five times in a minute is left alone: not to be tested
// here.
constexpr auto hands_off = 90s;

// What a git that was killed in the middle of a push leaves behind, and its operator takes away:
// nobody could push to that branch any more.
void remove_locks(const std::filesystem::path& bare) {
  std::vector<std::filesystem::path> locks;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(bare / "refs"))
    if (entry.path().extension() == ".lock") locks.push_back(entry.path());
  for (const auto& lock : locks) std::filesystem::remove(lock);
  std::filesystem::remove(bare / "packed-refs.lock");
}

}  // namespace

void Faults::tick() {
  const auto now = Clock::now();
  for (std::size_t i = 0; i < lasting_.size();) {
    if (lasting_[i].until > now) {
      ++i;
      continue;
    }
    lasting_[i].undo();
    lasting_.erase(lasting_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (now < next_) return;
  // Its own dice: what one fault comes to has no say in the next one.
  dice_ = tests::Dice(seed_ + 7919 * ++number_);
  next_ = Clock::now() + std::chrono::milliseconds(dice_.between(300, 4000));
  begin();
}

void Faults::heal() {
  for (const Lasting& one : lasting_) one.undo();
  lasting_.clear();
}

bool Faults::is_free(const std::string& place) const {
  return std::ranges::none_of(lasting_, [&](const Lasting& one) { return one.place == place; });
}

void Faults::last(const std::string& place, int least, int most, std::function<void()> undo) {
  lasting_.push_back({place, Clock::now() + std::chrono::milliseconds(dice_.between(least, most)),
                      std::move(undo)});
}

// What does not fit just now is left out.
void Faults::begin() {
  const std::string cluster = dice_.pick(on_.members.names());
  const auto kind = dice_.between(1, 20);
  if (kind <= 8) {
    if (is_free(cluster)) disturb_cluster(cluster);
  } else if (kind <= 11) {
    if (is_free("git")) disturb_git();
  } else if (kind <= 13) {
    if (is_free("controller") && may_end_controller) end_controller();
  } else if (kind <= 15) {
    on_.notes.add();
    ++counts_["foreign_commits"];
  } else if (is_free(cluster)) {
    edit_by_hand(cluster, kind > 18);
  }
}

void Faults::disturb_cluster(const std::string& cluster) {
  if (dice_.one_in(3)) {
    ++counts_["member_hangs"];
    on_.members.hang(cluster, true);
    last(cluster, 2000, 8000, [this, cluster] { on_.members.hang(cluster, false); });
  } else {
    ++counts_["member_restarts"];
    on_.members.stop(cluster);
    last(cluster, 300, 6000, [this, cluster] { on_.members.start(cluster); });
  }
}

void Faults::disturb_git() {
  if (dice_.one_in(3)) {
    ++counts_["git_hangs"];
    on_.server.process().signal(SIGSTOP);
    last("git", 1000, 6000, [this] { on_.server.process().signal(SIGCONT); });
  } else {
    ++counts_["git_restarts"];
    on_.server.stop();
    remove_locks(on_.bare);
    last("git", 1000, 5000, [this] { on_.server.start(); });
  }
}

void Faults::end_controller() {
  const bool loses_data = dice_.one_in(4);
  // Without a git server it does not get rid of its last words soon.
  const bool gently = dice_.one_in(4) && is_free("git");
  ++counts_[gently ? "controller_ends" : "controller_kills"];
  if (gently)
    on_.controller.end();
  else
    on_.controller.kill();
  if (loses_data) {
    on_.world.lose_data_dir();
    ++counts_["data_folder_losses"];
  }
  last("controller", 0, 2000, [this] { on_.controller.start(); });
}

void Faults::edit_by_hand(const std::string& cluster, bool deletes) {
  const std::shared_ptr<const Wanted> wanted = on_.line.newest();
  const Objects& objects = wanted->at(cluster);
  std::vector<std::string> maps;
  for (const auto& [name, version] : objects)
    if (name.starts_with("ConfigMap ")) maps.push_back(name);
  const std::string name = dice_.pick(maps);
  Clock::time_point& touched = touched_[cluster + " " + name];
  if (touched != Clock::time_point{} && Clock::now() - touched < hands_off) return;
  touched = Clock::now();
  on_.watch.excuse(cluster, name);
  // Flotilla may not have made it yet, or delete it at this moment.
  const tests::KubeCall remove{.verb = "DELETE", .path = tests::path_of(name)};
  const tests::KubeCall change{.verb = "PATCH",
                               .path = tests::path_of(name) + "?fieldManager=kubectl-edit",
                               .body = R"({"data":{"value":"by hand"}})",
                               .content_type = "application/merge-patch+json"};
  const tests::KubeReply reply = on_.members.call(cluster, deletes ? remove : change);
  if (reply.status != 200 && reply.status != 404)
    throw std::runtime_error(cluster + ": " + name + ": " + std::to_string(reply.status) + " " +
                             reply.error + reply.body);
  ++counts_[deletes ? "hand_deletions" : "hand_edits"];
}

}  // namespace flotilla::soak
