// Where systems with POSIX threads differ. Each readers/<os>/thread.cc defines them; thread.cc here is what they share.
#pragma once

#include <pthread.h>

namespace plimsoll::posix {

void name_own_thread(const char* name);
// A worker's exit may close the module under a running thread or a registered fork handler.
void keep_module_loaded();
void init_condition(pthread_cond_t* condition);
// Until it is signalled (true, at times for no reason) or monotonic_seconds() has come to the deadline (false).
bool wait(pthread_cond_t* condition, pthread_mutex_t* mutex, double deadline);

}  // namespace plimsoll::posix
