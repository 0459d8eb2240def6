// The door of the intake desk.

function render({ model, el: host }) {
  const root = plainDesk("intake", "Intake desk");
  host.append(root);
  const desk = new Intake(root, pageFacts(), model);
  return () => desk.stop();
}

export default { render };
