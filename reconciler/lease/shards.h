#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Which replica works on which cluster, and when it may begin: pure.
namespace flotilla::lease {

using Members = std::vector<std::string>;  // names of replicas, sorted

// Rendezvous hashing: the member with the highest hash of (member, cluster); empty if there are no
// members. The same on every machine and in every version. A member that joins or leaves moves its
// own clusters only.
std::string_view owner_of(std::string_view cluster, const Members& members);

// The members by which a replica says that it acts. Empty: none yet.
struct View {
  std::string replica;
  Members members;
};

// `me` may begin with a cluster: it owns it by its own published view, and no other live replica's
// published view says that it is that other one's.
bool may_work(std::string_view cluster, std::string_view me, const Members& my_view,
              const std::vector<View>& others);

// One replica's part in the sharing. It publishes a view (in its lease) before it acts by it, and
// reads the others' views after that: of two that claim a cluster at the same time one sees the
// other's claim. It takes a claim back only when its work on the cluster has ended.
class Share {
 public:
  explicit Share(std::string me) : me_(std::move(me)) {}

  // What a look saw: the other live replicas and their views. `publications`: what publications()
  // said when the look began.
  void looked(std::vector<View> others, unsigned publications);

  // The view to write with the next renewal of the own lease: the members as they are, or still the
  // old ones while one of `at_work` would be lost by that.
  const Members& to_publish(const std::set<std::string>& at_work) const;
  // A look or the end of some work gave to_publish() something new.
  bool wants_to_publish(const std::set<std::string>& at_work) const;
  void publishing(Members view);
  void published();  // the write landed
  // The own lease was not renewed in time: all work ends, and begins anew after a publication.
  void lapsed();

  // Also remembers that the cluster is taken, so that the claim of one that comes later does not
  // interrupt the work.
  bool may_work(const std::string& cluster);
  // How many publications have landed.
  unsigned publications() const { return publications_; }
  // All who are live, this one too.
  const Members& members() const { return live_; }
  // A look at the others would let clusters begin that are now waited with.
  bool waits_for_look() const { return acting_ && !checked_; }

 private:
  bool claims(const Members& view, std::string_view cluster) const;
  void forget_unclaimed(const Members& view);

  std::string me_;
  std::vector<View> others_;
  Members live_;
  Members written_;                // the view in the own lease, as far as is known
  std::vector<Members> attempts_;  // views whose writes got no answer
  bool acting_ = false;            // written_ landed, and the lease has not lapsed since
  bool checked_ = false;           // others_ was read after written_ had landed
  unsigned publications_ = 0;
  std::set<std::string> taken_;
};

}  // namespace flotilla::lease
