// The document: empty regions, which browser/main.ts fills and keeps up to date.

import { renderToStaticMarkup } from "react-dom/server";
import type { Stage } from "./stage.js";

export function shell({ slack, slashCommand: { command }, projectsHint }: Stage): string {
  const people = Object.values(slack.people);
  const html = renderToStaticMarkup(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Hex bot: try it</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/blocks.css" />
        <link rel="stylesheet" href="/page.css" />
        <script type="module" src="/browser/main.js" />
      </head>
      <body
        id="slack_blocks_to_jsx"
        data-people={JSON.stringify(people.map(({ id }) => id))}
        data-demo={slack.apiUrl}
        data-first={slack.channels.data.id}
      >
        <nav aria-label="Slack">
          <p className="workspace">
            <b>A local Slack</b>
          </p>
          <label className="who">
            You are
            <select id="person">
              {people.map(({ id, realName, teamId }) => (
                <option key={id} value={id}>
                  {realName}
                  {teamId === slack.teamId ? "" : " (external)"}
                </option>
              ))}
            </select>
          </label>
          <ul data-region="places" className="places" />
        </nav>
        <main>
          <header data-region="title" className="title" />
          <p id="connection" role="status" hidden>
            The demo has stopped. Start it again with <code>npm run demo</code>.
          </p>
          <div id="scroll" className="scroll">
            <div
              id="messages"
              data-region="messages"
              className="messages"
              role="log"
              aria-live="polite"
              aria-label="Messages"
            />
          </div>
          <p id="problem" role="alert" hidden />
          <p id="start" className="start">
            Try: <Try words={`${command} status`} /> <Try words={`${command} projects`} />{" "}
            <Try words={`${command} help`} />
          </p>
          <div data-region="composer" className="composer" />
        </main>
        <aside id="thread" aria-label="Thread" hidden>
          <header className="title">
            <h2>Thread</h2>
            <button type="button" id="close-thread" className="button">
              Close
            </button>
          </header>
          <div data-region="thread" className="messages" role="log" aria-live="polite" aria-label="Thread" />
          <div data-region="reply" className="composer" />
        </aside>
        <aside className="hex" aria-label="The simulated Hex">
          <header className="title">
            <h2>A simulated Hex</h2>
          </header>
          <div data-region="gauges" className="gauges" />
          {projectsHint !== undefined && (
            <>
              <h3>What can go wrong with a project</h3>
              <p className="aside">{projectsHint}</p>
              <ul data-region="project-switches" className="switches" />
            </>
          )}
          <h3>What can go wrong with Hex</h3>
          <p className="aside">Flip one, type {command} status, and read what to do.</p>
          <ul data-region="switches" className="switches" />
          <h3>Runs</h3>
          <ul data-region="runs" className="rows" />
          <h3>Projects</h3>
          <ul data-region="projects" className="rows" />
        </aside>
        <div data-region="modals" />
        <dialog id="confirm" className="modal" aria-labelledby="confirm-title" aria-describedby="confirm-text">
          <form method="dialog">
            <header>
              <h2 id="confirm-title">Sure?</h2>
            </header>
            <p id="confirm-text" />
            <footer>
              <button type="submit" className="button" value="deny" id="confirm-deny">
                No
              </button>
              <button type="submit" className="button primary" value="confirm" id="confirm-yes">
                Yes
              </button>
            </footer>
          </form>
        </dialog>
        <noscript>This page needs JavaScript.</noscript>
      </body>
    </html>,
  );
  return `<!doctype html>${html}`;
}

function Try({ words }: { words: string }) {
  return (
    <button type="button" className="button" data-send={words} data-focus={`try:${words}`}>
      {words}
    </button>
  );
}
