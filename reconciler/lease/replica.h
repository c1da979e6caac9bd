#pragma once

#include "reconciler/lease/election.h"
#include "reconciler/lease/shards.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flotilla::lease {

// A Lease object of this fleet, as a look found it or as it is to be written.
struct Lease {
  std::string name;
  std::string version;  // resourceVersion; empty: it is not there
  Record record;
  Members members;   // the view of a replica
  std::string note;  // of the leader
};

// One replica, its own Lease and the leader's: what it does when, decided without doing it.
// Requests may be under way side by side, but of each sort (look, own, leader) one at a time.
class Replica {
 public:
  struct Names {
    std::string leader;   // of the leader's Lease
    std::string prefix;   // of all replicas' Leases
    std::string replica;  // of this one's Lease
  };
  Replica(Identity me, Names names, Timing timing, bool sharded);

  bool look_is_due(Now now) const;
  void looking(Now now);
  // All Leases of the fleet; `gone`: the processes of them that are known to have ended.
  void looked(Now now, const std::vector<Lease>& leases, const std::set<std::string>& gone);
  void look_failed(Now now);

  // What to write now, over `version`. Then landed or failed, with the Lease's new version.
  std::optional<Lease> own_write(Now now);
  void own_landed(Now now, std::string version);
  void own_failed(Now now);
  std::optional<Lease> leader_write(Now now);
  void leader_landed(Now now, std::string version);
  void leader_failed(Now now);
  // What a graceful end writes: the leader's Lease without holder, if it is held.
  std::optional<Lease> leader_release(Now now) const;
  // The version of this replica's Lease, for a graceful end to remove; empty: it is not its own.
  std::string own_version() const { return own_.is_mine() ? own_.version() : std::string(); }

  // When to ask again, if nothing ends before.
  milliseconds next(Now now) const;

  bool is_leader(Now now) const { return leader_.holds(now.mono); }
  // Without sharding the leader works on all clusters.
  bool may_work(Now now, const std::string& cluster);
  void begun(const std::string& cluster) { ++at_work_[cluster]; }
  void ended(const std::string& cluster);
  // Told to the others with the leader's Lease, while this one is the leader.
  void set_note(std::string note);
  const std::string& leader_note() const { return seen_note_; }
  const std::string& leader_name() const { return leader_name_; }
  Members members() const { return share_.members(); }
  // Another process uses this replica's name.
  bool is_doubled() const { return own_.is_doubled() || leader_.is_doubled(); }
  // Changes when may_work() or is_leader() may say something else.
  unsigned changes() const { return changes_; }
  // The next moment at which a right ends if nothing is renewed; nullopt: there is none to lose.
  std::optional<milliseconds> next_loss(Now now) const;
  // Leases of replicas that are long gone, for the leader to remove.
  const std::vector<Lease>& rubbish() const { return rubbish_; }
  void swept() { rubbish_.clear(); }

 private:
  struct Sighting {
    Record record;
    milliseconds since{0};
  };
  std::vector<View> live_others(Now start, Now now, const std::vector<Lease>& leases,
                                const std::set<std::string>& gone);
  std::set<std::string> at_work() const;
  bool own_is_due(Now now) const;
  bool leader_is_due(Now now) const;

  Identity me_;
  Names names_;
  Timing timing_;
  bool sharded_;
  Election own_;
  Election leader_;
  Share share_;
  std::map<std::string, Sighting> sightings_;  // of other replicas' Leases, by their names
  std::vector<Lease> rubbish_;
  std::map<std::string, int> at_work_;

  Now look_began_;
  unsigned publications_ = 0;  // when it began
  unsigned own_landings_ = 0;
  unsigned own_landings_before_ = 0;  // when it began
  unsigned leader_landings_ = 0;
  unsigned leader_landings_before_ = 0;
  std::optional<milliseconds> looked_at_;
  bool look_soon_ = true;
  milliseconds own_not_before_{0};  // after a failure
  milliseconds leader_not_before_{0};
  milliseconds look_not_before_{0};
  milliseconds first_expiry_ = milliseconds::max();  // of another replica

  unsigned own_epoch_ = 0;
  std::string note_;
  std::string written_note_;
  std::string sent_note_;
  std::string seen_note_;
  std::string leader_name_;
  unsigned changes_ = 0;
};

}  // namespace flotilla::lease
