#include "reconciler/notify/notifier.h"

#include "reconciler/decision/revision.h"
#include "reconciler/notify/text.h"

#include <algorithm>
#include <utility>

namespace flotilla::notify {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::int64_t system_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

struct Notifier::Core {
  kube::Loop& loop;
  Options options;
  Outbox outbox;
  State state = {};
  std::optional<Facts> facts = {};  // as they were told last
  decision::ServiceSettings settings = {};
  std::string source_error = {};
  bool stands_by = false;
  bool others_told = true;  // what was told here last may not be the last
  bool will_look = false;

  // The commit whose status is told, and what was said last in this process.
  std::string commit = {};
  std::optional<Word> said = {};
  bool open = false;  // its last word is pending
  Clock::time_point said_at = {};
  bool will_tell_status = false;

  Core(kube::Loop& the_loop, Options the_options)
      : loop(the_loop), options(std::move(the_options)), outbox(the_loop, options.outbox) {
    if (!options.now) options.now = &system_time;
  }

  void put(const decision::Notification& notification, Event event) {
    Delivery delivery;
    delivery.receiver = "notification " + notification.name;
    delivery.prepare = [folder = options.secrets, notification, event = std::move(event)] {
      return prepare_notification(folder, notification, event);
    };
    outbox.put(std::move(delivery));
  }

  void say(const std::string& about, const Word& word) {
    Delivery delivery;
    const decision::CommitStatus& to = *settings.commit_status;
    delivery.receiver = "commit status " + to.provider;
    delivery.subject = about;
    delivery.same_status_is_fine = to.provider == "gitlab";
    delivery.prepare = [folder = options.secrets, to, about, word] {
      return prepare_status(folder, to, about, word);
    };
    outbox.put(std::move(delivery));
  }

  void begin_commit(const std::string& next) {
    if (!commit.empty() && open) say(commit, superseded_word(next));
    commit = next;
    said.reset();
    open = false;
  }
};

Notifier::Notifier(kube::Loop& loop, Options options)
    : core_(std::make_shared<Core>(loop, std::move(options))) {}

void Notifier::remember(State previous) {
  Core& core = *core_;
  if (!std::exchange(core.others_told, false)) return;
  core.commit = decision::commit_of(previous.facts.revision);
  core.open = word_of(previous).state == Word::State::pending;
  core.state = std::move(previous);
}

void Notifier::tell(Facts now, const decision::ServiceSettings& settings) {
  core_->source_error = now.source_error.value_or(core_->source_error);
  core_->facts = std::move(now);
  if (core_->settings.commit_status != settings.commit_status) core_->said.reset();
  core_->settings = settings;
  look(core_);
}

void Notifier::tell_source(const std::string& error) {
  if (core_->source_error == error) return;
  core_->source_error = error;
  if (core_->facts && !core_->stands_by) look(core_);
}

void Notifier::stand_by(bool others_tell) {
  core_->stands_by = others_tell;
  core_->others_told = core_->others_told || others_tell;
}

void Notifier::look(const std::shared_ptr<Core>& core) {
  core->facts->source_error = core->source_error;
  Step step = follow(core->state, *core->facts, core->options.now(), core->options.grace);
  core->state = std::move(step.state);
  for (const Event& event : step.events)
    for (const decision::Notification& notification : core->settings.notifications)
      if (std::optional<Event> wanted = selected(notification, event))
        core->put(notification, std::move(*wanted));
  tell_status(core);
  const auto due = next_due(core->state, core->options.grace);
  if (!due || core->will_look) return;
  core->will_look = true;
  const std::int64_t seconds = std::max<std::int64_t>(*due - core->options.now(), 0);
  core->loop.spawn(look_again(core, milliseconds(seconds * 1000 + 50)));
}

kube::Task<> Notifier::look_again(std::shared_ptr<Core> core, milliseconds wait) {
  co_await core->loop.sleep(wait);
  core->will_look = false;
  if (!core->stands_by) look(core);
}

void Notifier::tell_status(const std::shared_ptr<Core>& core) {
  const std::string commit = decision::commit_of(core->state.facts.revision);
  if (!core->settings.commit_status || commit.empty()) return;
  if (commit != core->commit) core->begin_commit(commit);
  const Word word = word_of(core->state);
  if (core->said == word) return;
  const bool pending = word.state == Word::State::pending;
  if (pending && core->said && core->said->state == Word::State::pending) {
    const auto next = core->said_at + core->options.status_pause;
    if (const auto now = Clock::now(); now < next) {
      if (core->will_tell_status) return;
      core->will_tell_status = true;
      const auto wait = std::chrono::duration_cast<milliseconds>(next - now) + milliseconds(1);
      core->loop.spawn(tell_status_later(core, wait));
      return;
    }
  }
  core->say(commit, word);
  core->said = word;
  core->open = pending;
  core->said_at = Clock::now();
}

kube::Task<> Notifier::tell_status_later(std::shared_ptr<Core> core, milliseconds wait) {
  co_await core->loop.sleep(wait);
  core->will_tell_status = false;
  if (!core->stands_by) tell_status(core);
}

kube::Task<> Notifier::finish() { return core_->outbox.finish(); }
const State& Notifier::state() const { return core_->state; }
const Sent& Notifier::sent() const { return core_->outbox.sent(); }
std::size_t Notifier::waiting() const { return core_->outbox.waiting(); }

}  // namespace flotilla::notify
