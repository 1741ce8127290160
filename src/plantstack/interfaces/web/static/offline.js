// Lets a page be loaded again without a network, where the browser allows it: on https and on this machine.
// On plain http an open page keeps working all the same; only loading it anew needs the network.

if (window.isSecureContext && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => {});
}
