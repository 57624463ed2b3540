// One call of one Windows function: its arguments on the way in, its result and outputs on the way out.
#pragma once

#include <windows.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "argument.h"
#include "descriptors.h"
#include "lease.h"
#include "target.h"

namespace winbackup {

struct Call {
  /** JavaScript's number for it. */
  std::uint32_t ticket;
  /** The handle of the object that is called; for an activation, of the object that it makes. */
  std::uint32_t handle;
  const Method* method;
  /** One for each parameter, outputs included. */
  std::vector<Argument> arguments;
  /** The interface that the method belongs to, when the object is known by a base of it and must be asked; else null.
   */
  const Interface* wanted = nullptr;
  /** An activation: its output becomes the object's target. */
  bool activates = false;
  /** What an activation makes. */
  const Interface* made = nullptr;
  std::shared_ptr<Target> target;
  /** The memory that structs lent by this call lie in. */
  std::shared_ptr<Lease> lease;
  HRESULT hresult = RPC_E_DISCONNECTED;
  /** References that the call gave out, by parameter. */
  std::vector<ComPtr<IUnknown>> objects;

  /** On the object's thread: calls once, then copies what is lent and takes over what is given. */
  void Run();

 private:
  void Harvest(const Parameter& parameter, Argument& argument, ComPtr<IUnknown>& object);
};

}  // namespace winbackup
