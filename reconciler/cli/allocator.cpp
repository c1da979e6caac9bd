// How jemalloc works in this program: few arenas, since only two threads allocate much, so that
// what one frees another may use; and pages that are not needed any more are given back by a
// thread of jemalloc's own, also while nothing happens.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:2,background_thread:true";
}
