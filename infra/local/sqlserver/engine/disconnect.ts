/** Thrown to cut the client's connection, as a fault says. */
export class Disconnect extends Error {
  override readonly name = 'Disconnect';
}
