// What is to be done around fork(2). Each readers/<os>/ defines it; where there is no fork, it does nothing.
#pragma once

namespace plimsoll {

void on_fork(void (*before)(), void (*in_parent)(), void (*in_child)());

}  // namespace plimsoll
