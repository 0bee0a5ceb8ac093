/** The page begins here: the style, the app, and where its data comes from. */

import { render } from 'preact'
import { App } from './app.tsx'
import './style.css'

render(<App />, document.getElementById('page') as HTMLElement)
