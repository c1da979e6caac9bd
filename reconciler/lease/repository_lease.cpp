#include "reconciler/lease/repository_lease.h"

#include "reconciler/lease/identity.h"

#include <algorithm>

namespace flotilla::lease {
namespace {

constexpr const char* file = "lease.json";
constexpr int most_races = 5;  // lost in one call
constexpr milliseconds pause{1'000};

RepositoryLease::Options completed(RepositoryLease::Options options) {
  if (options.process.empty()) options.process = process_token();
  if (!options.clock) options.clock = &now;
  return options;
}

std::string message_of(const RepositoryRecord& record) {
  std::string text =
      record.lease.holder.empty() ? "Lease released" : "Lease held by " + record.lease.holder;
  for (const Waiting& one : record.waiting) text += "\nWaiting: " + one.name;
  return text + "\n";
}

}  // namespace

RepositoryLease::RepositoryLease(Options options)
    : options_(completed(std::move(options))),
      election_({options_.replica, options_.process}, options_.timing) {}

bool RepositoryLease::holds() const { return election_.holds(options_.clock().mono); }

milliseconds RepositoryLease::next_call() const {
  return std::max(not_before_, std::min(election_.next_look(), election_.next_write()));
}

std::string RepositoryLease::holder() const {
  return election_.record() ? election_.record()->lease.holder : std::string();
}

Result<void> RepositoryLease::see(git::Repository& repository, Now start) {
  const Result<std::string> commit = repository.resolve("refs/heads/" + options_.branch);
  if (!commit && commit.error().code != Code::not_found) return fail(commit.error());
  trouble_.reset();
  is_doubled_ = false;
  if (!commit) {
    election_.looked(start, options_.clock(), "", std::nullopt, false);
    return {};
  }
  // Most looks see what the last one saw.
  std::optional<RepositoryRecord> record;
  if (*commit == election_.version() && election_.record()) {
    record = election_.record();
  } else {
    const Result<std::string> text = repository.read_file(*commit, file);
    if (!text && text.error().code != Code::not_found) return fail(text.error());
    Result<RepositoryRecord> parsed = text ? parse_repository_record(*text) : fail(text.error());
    if (parsed) record = std::move(*parsed);
    if (!parsed) trouble_ = while_doing(parsed.error(), "reading branch " + options_.branch);
  }
  if (!record) record = unreadable_record(*commit);
  const bool gone = is_gone(record->lease.process);
  election_.looked(start, options_.clock(), *commit, std::move(record), gone);
  is_doubled_ = election_.is_doubled() && !gone;
  return {};
}

Result<bool> RepositoryLease::write(git::Repository& repository, const RepositoryRecord& record) {
  git::Author author = options_.author;
  author.time = options_.clock().wall / 1'000'000;
  TRY_ASSIGN(const std::optional<std::string> commit,
             repository.write_commit("", {{file, to_text(record)}}, message_of(record), author));
  if (!commit) return fail(Code::internal, "an empty commit for the lease");
  election_.sent(options_.clock(), record);
  const Result<void> pushed = repository.push(options_.branch, *commit, election_.version());
  if (pushed) {
    election_.landed(*commit, options_.clock());
    return true;
  }
  election_.failed();
  if (pushed.error().code == Code::conflict) return false;
  return fail(pushed.error());
}

Result<void> RepositoryLease::look(git::Repository& repository, std::optional<Now> fetched_since) {
  const auto attempt = [&]() -> Result<void> {
    for (int races = 0; races < most_races; ++races) {
      const Now start = options_.clock();
      if (fetched_since) {
        TRY(see(repository, *fetched_since));
        fetched_since.reset();
      } else if (start.mono >= election_.next_look()) {
        TRY(repository.fetch());
        TRY(see(repository, start));
      }
      const auto record = election_.to_write(options_.clock());
      if (!record) return {};
      TRY_ASSIGN(const bool won, write(repository, *record));
      if (won) return {};
    }
    return {};
  };
  Result<void> done = attempt();
  // Nothing is wrong when the lease was taken over at once: it was left by this replica's last run.
  if (is_doubled_ && election_.is_doubled()) {
    trouble_ = Error{Code::conflict, "another process holds branch " + options_.branch +
                                         " under this replica's name, " + options_.replica};
  } else if (is_doubled_) {
    is_doubled_ = false;
    trouble_.reset();
  }
  not_before_ = done ? milliseconds{0} : options_.clock().mono + pause;
  return done;
}

Result<void> RepositoryLease::release(git::Repository& repository) {
  for (int races = 0; races < most_races; ++races) {
    const auto record = election_.to_release(options_.clock());
    if (!record) return {};
    TRY_ASSIGN(const bool won, write(repository, *record));
    if (won) return {};
    const Now start = options_.clock();
    TRY(repository.fetch());
    TRY(see(repository, start));
  }
  return fail(Code::conflict, "others kept writing branch " + options_.branch);
}

}  // namespace flotilla::lease
