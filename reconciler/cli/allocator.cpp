// How jemalloc works in this program: two arenas, for the loop and the git thread, because each has
// free pages of its own; and pages that are not needed any more are given back by threads of
// jemalloc's own, also while nothing happens.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:2,background_thread:true";
}
