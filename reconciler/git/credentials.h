#pragma once

#include "reconciler/git/repository.h"
#include "reconciler/git/url.h"

namespace flotilla::git {

// Git and ssh go on without a file that they cannot read or use, and then complain of something
// else. Looks at all that `network` holds for this URL. invalid: a file that is missing or no such
// thing, an ssh key of a kind that is not accepted, a proxy that cannot be one; unauthorized:
// others may read the ssh key, the client certificate has expired.
Result<void> check_credentials(const Network& network, const RemoteUrl& url);

}  // namespace flotilla::git
