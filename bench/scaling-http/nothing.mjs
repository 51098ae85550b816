// A task that does nothing.
export default () => {}
